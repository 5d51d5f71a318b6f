// The pages work without this file. It follows a case as it moves, keeps a form
// from being sent twice, and adds keys.
"use strict";

(function () {
	const live = document.getElementById("live");
	if (live && !live.hasAttribute("data-over") && "EventSource" in window) follow(live);

	function follow(box) {
		const events = new EventSource(box.dataset.events);
		let asking = false, again = false;

		function tell(text) {
			const line = document.getElementById("live-state");
			if (line) line.textContent = text;
		}

		async function refresh() {
			if (asking) { again = true; return; }
			asking = true;
			try {
				const reply = await fetch(box.dataset.live, { headers: { Accept: "text/html" }, redirect: "error" });
				if (!reply.ok) throw new Error(String(reply.status));
				show(new DOMParser().parseFromString(await reply.text(), "text/html"));
			} catch (_) {
				tell("更新失败，稍后重试");
				setTimeout(refresh, 3000);
			}
			asking = false;
			if (again) { again = false; refresh(); }
		}

		function show(fresh) {
			const incoming = fresh.getElementById("live");
			if (!incoming) throw new Error("no case");
			swap(box, incoming);
			const decide = document.getElementById("decide"), other = fresh.getElementById("decide");
			if (decide && other && !touched(decide) && decide.innerHTML !== other.innerHTML) swap(decide, other);
			if (incoming.hasAttribute("data-over")) events.close();
			announce();
		}

		// announce tells those who do not see the page what has just happened.
		function announce() {
			const last = box.querySelector("#journal li .what"), line = document.getElementById("announce");
			if (last && line && line.textContent !== last.textContent) line.textContent = last.textContent;
		}

		events.addEventListener("case", refresh);
		events.addEventListener("error", function () { tell("实时更新中断，正在重新连接"); });
	}

	// swap shows what is new and keeps what the reader opened and where they are.
	function swap(box, incoming) {
		const open = {}, at = document.activeElement && box.contains(document.activeElement) ? document.activeElement.id : "";
		box.querySelectorAll("details[id]").forEach(function (d) { open[d.id] = d.open; });
		box.replaceChildren(...incoming.childNodes);
		box.querySelectorAll("details[id]").forEach(function (d) { if (d.id in open) d.open = open[d.id]; });
		if (at) { const back = document.getElementById(at); if (back) back.focus(); }
	}

	// touched says whether somebody is at a form or has begun to fill it.
	function touched(box) {
		if (box.contains(document.activeElement)) return true;
		return Array.from(box.querySelectorAll("input[type=radio], textarea")).some(function (field) {
			return field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
		});
	}

	document.addEventListener("submit", function (e) {
		if (e.defaultPrevented || e.target.method !== "post") return;
		if (e.target.dataset.sent) { e.preventDefault(); return; }
		e.target.dataset.sent = "1";
	});
	window.addEventListener("pageshow", function () {
		document.querySelectorAll("form[data-sent]").forEach(function (f) { delete f.dataset.sent; });
	});

	document.addEventListener("keydown", function (e) {
		if (e.key !== "Enter" || e.isComposing) return;
		const form = e.target.form;
		if (e.ctrlKey && form) {
			const button = form.querySelector("[data-submit]");
			if (button) { e.preventDefault(); button.click(); }
		} else if (e.target.dataset && e.target.dataset.enter) {
			e.preventDefault();
			document.getElementById(e.target.dataset.enter).click();
		}
	});

	document.addEventListener("keydown", function (e) {
		if (!e.altKey || e.ctrlKey || e.metaKey || !/^[1-9]$/.test(e.key)) return;
		const target = document.querySelector('[data-key="' + e.key + '"]');
		if (!target) return;
		e.preventDefault();
		if (target.href) target.click(); else target.focus();
	});

	document.querySelectorAll("[data-print]").forEach(function (button) { button.hidden = false; });
	document.addEventListener("click", function (e) {
		if (e.target.closest("[data-print]")) window.print();
	});
})();

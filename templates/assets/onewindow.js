// The pages work without this file. It moves the focus to what is wrong, keeps a
// form from being sent twice, adds keys, and follows a case as it moves.
import { createAll, Button, ErrorSummary, NotificationBanner, PasswordInput, SkipLink, isSupported } from "./vendor/govuk-frontend.min.js";

document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported");
if (isSupported()) {
	for (const component of [Button, ErrorSummary, NotificationBanner, SkipLink]) createAll(component);
	const words = document.querySelector("[data-module=govuk-password-input]");
	if (words) createAll(PasswordInput);
}

// A form is sent once, until the page comes back from the browser's memory.
document.addEventListener("submit", function (e) {
	if (e.defaultPrevented || e.target.method !== "post") return;
	if (e.target.dataset.sent) { e.preventDefault(); return; }
	e.target.dataset.sent = "1";
});
window.addEventListener("pageshow", function () {
	document.querySelectorAll("form[data-sent]").forEach(function (f) { delete f.dataset.sent; });
});

// Another language or size of type takes along what was typed: of several forms, of the
// one that somebody has begun to fill in.
document.addEventListener("click", function (e) {
	const button = e.target.closest("[data-prefer]");
	if (!button) return;
	const begun = Array.from(document.querySelectorAll("form[data-carried]")).find(begunForm);
	if (begun) button.setAttribute("form", begun.id);
	else if (!button.form) button.removeAttribute("form"); // the page's form has gone meanwhile
}, true);
function begunForm(form) {
	return Array.from(form.elements).some(function (field) {
		if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
		if (field.options) return Array.from(field.options).some((o) => o.selected !== o.defaultSelected) && field.selectedIndex > 0;
		return "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue;
	});
}

// Enter in a field with a button of its own presses that; Ctrl+Enter sends the form.
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

// Alt and a digit go to what carries it; ? shows the keys.
document.addEventListener("keydown", function (e) {
	const keys = document.getElementById("keys");
	if (e.key === "?" && keys && !e.target.closest("input, textarea, select")) {
		keys.open = !keys.open;
		keys.querySelector("summary").focus();
	}
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

const follow = document.getElementById("follow");
if (follow && window.htmx) followCase(follow);

// followCase lets htmx fetch the page's parts whenever the case has moved, and
// keeps what the reader opened, typed and looks at.
function followCase(follow) {
	const live = () => document.getElementById("live");
	const over = () => live().hasAttribute("data-over");

	function tell(text) {
		const line = document.getElementById("live-state");
		if (line) line.textContent = text;
	}

	// A stream that ends or breaks off is no fault while the browser asks again by
	// itself; the extension hears of it only when it must.
	class Stream extends EventSource {
		set onerror(hear) {
			this.addEventListener("error", (e) => {
				if (over()) { this.close(); return; }
				tell(follow.dataset.broken);
				if (this.readyState === EventSource.CLOSED) hear(e);
			});
		}
	}
	window.htmx.createEventSource = (url) => new Stream(url);

	document.body.addEventListener("htmx:beforeSwap", function (e) {
		if (e.detail.requestConfig.elt !== follow) return;
		if (e.detail.xhr.status === 200 && !e.detail.serverResponse.includes('id="live"')) { // asked to sign in
			e.detail.shouldSwap = false;
			window.location.reload();
		}
		remember();
	});
	document.body.addEventListener("htmx:responseError", failed);
	document.body.addEventListener("htmx:sendError", failed);
	function failed() {
		tell(follow.dataset.failed);
		setTimeout(() => window.htmx.trigger(follow, "sse:case"), 3000);
	}

	document.body.addEventListener("htmx:oobBeforeSwap", function (e) {
		const box = e.detail.target, fresh = e.detail.fragment.querySelector("#decide");
		if (touched(box) || fresh && fresh.innerHTML === box.innerHTML) e.detail.shouldSwap = false;
	});
	document.body.addEventListener("htmx:afterSwap", function () { restore(); announce(); });

	let open = {}, at = "";
	function remember() {
		open = {};
		live().querySelectorAll("details[id]").forEach(function (d) { open[d.id] = d.open; });
		at = live().contains(document.activeElement) ? document.activeElement.id : "";
	}
	function restore() {
		live().querySelectorAll("details[id]").forEach(function (d) { if (d.id in open) d.open = open[d.id]; });
		const back = at && document.getElementById(at);
		if (back) back.focus();
	}

	// announce tells those who do not see the page what has just happened.
	function announce() {
		const last = document.querySelector("#journal li .what"), line = document.getElementById("announce");
		if (last && line && line.textContent !== last.textContent) line.textContent = last.textContent;
	}

	// touched says whether somebody is at a form or has begun to fill it.
	function touched(box) {
		if (box.contains(document.activeElement)) return true;
		return Array.from(box.querySelectorAll("input[type=radio], textarea")).some(function (field) {
			return field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
		});
	}
}

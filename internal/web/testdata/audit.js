// What a page may not do to its readers beside what axe finds: whoever reads it on
// a small or an old screen, in large type, in the other language. The value is a
// list of complaints.
(() => {
	const found = [];
	const say = (what, e) => found.push(what + ": " + e.outerHTML.slice(0, 160));
	const apart = ".govuk-visually-hidden, .govuk-skip-link, .printonly";
	const shown = e => e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && !e.closest(apart);
	const root = document.documentElement, large = root.classList.contains("large");

	if (!["zh-CN", "en"].includes(root.lang)) found.push("the language is not said");
	if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");
	if (root.scrollWidth > root.clientWidth) {
		found.push("scrolls sideways, " + root.scrollWidth + " in " + root.clientWidth);
		document.querySelectorAll("body *").forEach(e => {
			if (shown(e) && !e.closest(".scroll, .framed") && e.getBoundingClientRect().right > root.clientWidth + 1) say("sticks out", e);
		});
	}
	const code = document.body.innerText.match(/\b(page|state|case|holder|step|reason|verdict|field|outcome|role|co_ownership)\.[a-z_]+\b/);
	if (code) found.push("a code instead of words: " + code[0]);

	document.querySelectorAll("a[href], button, summary, select, input:not([type=hidden])").forEach(e => {
		if (!shown(e) || getComputedStyle(e).display === "inline") return;
		const box = e.getBoundingClientRect(), least = large && !e.closest("p, li:not(nav li), dd, td, th, label") ? 44 : 24;
		if (box.height < least || box.width < 24) say("smaller than " + least + " pixels, " + box.height, e);
	});
	document.querySelectorAll(".tag").forEach(e => { if (!e.textContent.trim()) say("colour alone", e); });
	if (root.lang === "en") {
		document.querySelectorAll("h1, h2, h3, label, legend, dt, button, summary, thead th, .govuk-hint, .govuk-error-message, .tag").forEach(e => {
			const named = e.cloneNode(true);
			named.querySelectorAll(".name, [lang=zh-CN]").forEach(n => n.remove());
			if (/\p{Script=Han}/u.test(named.textContent.replace(/湘（2024）岳阳市不动产权第0000001号/g, "")) && !e.closest("[lang=zh-CN]") && shown(e)) say("Chinese on an English page", e);
		});
	}

	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement;
		if (!walk.currentNode.data.trim() || e.closest("script, noscript, option") || !shown(e)) continue;
		const style = getComputedStyle(e), size = parseFloat(style.fontSize);
		if (size < (large ? 20 : 14)) say("text of " + size + " pixels", e);
		if (large && e.matches("p, li, dd, dt, td, th, label") && e.closest("main")) {
			if (size < 24) say("text of " + size + " pixels, less than 18 points", e);
			if (parseFloat(style.lineHeight) < 1.3 * size) say("lines " + style.lineHeight + " apart", e);
		}
	}
	return found.join("\n");
})()

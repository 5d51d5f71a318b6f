// What a page may not do to its readers (WCAG 2.2 AA, as far as a script sees it).
// The value is a list of complaints.
(() => {
	const found = [];
	const say = (what, e) => found.push(what + ": " + e.outerHTML.slice(0, 120));
	const shown = e => e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && !e.closest(".hidden, .skip");

	if (document.documentElement.lang !== "zh-CN") found.push("the language is not said");
	if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");
	if (document.querySelectorAll("main").length !== 1) found.push("not one main");
	if (document.documentElement.scrollWidth > document.documentElement.clientWidth) found.push("scrolls sideways");
	const ids = new Set();
	document.querySelectorAll("[id]").forEach(e => { if (ids.has(e.id)) say("id twice", e); ids.add(e.id); });

	document.querySelectorAll("input:not([type=hidden]), select, textarea").forEach(e => {
		if (e.labels.length === 0 && !e.getAttribute("aria-label")) say("no label", e);
	});
	document.querySelectorAll("a[href], button").forEach(e => {
		if (!e.textContent.trim() && !e.getAttribute("aria-label")) say("no name", e);
		const inText = getComputedStyle(e).display === "inline";
		const box = e.getBoundingClientRect();
		if (shown(e) && !inText && (box.height < 24 || box.width < 24)) say("smaller than 24 pixels", e);
	});
	document.querySelectorAll("img").forEach(e => { if (!e.hasAttribute("alt")) say("no alternative text", e); });
	document.querySelectorAll(".tag").forEach(e => { if (!e.textContent.trim()) say("colour alone", e); });
	document.querySelectorAll("table").forEach(e => { if (!e.querySelector("th[scope]")) say("no headers", e); });

	const rgba = text => { const n = text.match(/[\d.]+/g).map(Number); return n.length === 3 ? [...n, 1] : n; };
	const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
	const behind = e => {
		for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor); if (c[3] > 0) return c; }
		return [255, 255, 255, 1];
	};
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement;
		if (!walk.currentNode.data.trim() || e.closest("script, noscript, option") || !shown(e)) continue;
		const style = getComputedStyle(e), size = parseFloat(style.fontSize);
		const [a, b] = [light(rgba(style.color)), light(behind(e))].sort((x, y) => y - x);
		const large = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
		const ratio = (a + .05) / (b + .05);
		if (ratio < (large ? 3 : 4.5)) say("contrast " + ratio.toFixed(2), e);
		if (size < 12) say("text of " + size + " pixels", e);
	}
	return found.join("\n");
})()

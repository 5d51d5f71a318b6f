// Lighthouse's accessibility score of every page of a demonstration, on a telephone.
//
//   make run                                  # in another terminal
//   npm install --no-save lighthouse@12.8.2   # anywhere; CHROME_PATH names Chromium
//   node tools/lighthouse.mjs http://127.0.0.1:8080
//
// It ends with 1 if a page has less than 100.
import { execFileSync } from "node:child_process";

const server = process.argv[2] ?? "http://127.0.0.1:8080";
const password = "welcome-to-onewindow";

// A browser without scripts: it keeps cookies and follows one redirect after another.
class Visitor {
	cookies = new Map();
	get cookie() { return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "); }
	async ask(path, form) {
		const res = await fetch(server + path, {
			method: form ? "POST" : "GET", body: form && new URLSearchParams(form), redirect: "manual",
			headers: { Cookie: this.cookie, Accept: "text/html", Connection: "close" },
		});
		for (const line of res.headers.getSetCookie()) {
			const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
			this.cookies.set(name, value);
		}
		return { to: res.headers.get("Location"), text: await res.text() };
	}
}

async function staff(id) {
	const visitor = new Visitor();
	await visitor.ask("/sign-in", { id, password, next: "/" });
	for (let attempt = 0; attempt < 3; attempt++) { // a code is good once
		const { text } = await visitor.ask("/demo/codes");
		const code = text.match(new RegExp(`>${id}<[^]*?code">(\\d{6})<`))[1];
		const { to } = await visitor.ask("/sign-in/code", { code, next: "/" });
		if (to) return visitor;
		await new Promise(done => setTimeout(done, 31_000));
	}
	throw new Error(`${id} cannot sign in`);
}

async function citizen(number) {
	const visitor = new Visitor();
	await visitor.ask("/my/sign-in", { number });
	for (let attempt = 0; attempt < 20; attempt++) {
		await new Promise(done => setTimeout(done, 500));
		const { text } = await visitor.ask("/demo/inbox");
		for (const [, code] of text.matchAll(/验证码 (\d{6})/g)) {
			const { to } = await visitor.ask("/my/code", { code });
			if (to === "/my") return visitor;
			break; // the newest only: five tries spend it
		}
	}
	throw new Error(`no code came for ${number}`);
}

function score(path, cookie) {
	const report = JSON.parse(execFileSync("npx", ["lighthouse", server + path, "--only-categories=accessibility", "--output=json",
		"--quiet", "--chrome-flags=--headless=new --no-sandbox", "--extra-headers=" + JSON.stringify({ Cookie: cookie })],
		{ maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"] }));
	if (report.runtimeError) throw new Error(`${path}: ${report.runtimeError.message}`);
	const failed = Object.values(report.audits).filter(a => a.score === 0).map(a => a.id);
	return { score: Math.round(report.categories.accessibility.score * 100), failed, at: new URL(report.finalDisplayedUrl).pathname };
}

async function begun(id) { // between password and code
	const visitor = new Visitor();
	await visitor.ask("/sign-in", { id, password, next: "/" });
	return visitor;
}

async function locked(id) {
	const visitor = await staff(id);
	await visitor.ask("/lock", {});
	return visitor;
}

const clerk = await staff("clerk-02");
const number = (await clerk.ask("/?holder=")).text.match(/\/cases\/(\d{15})/)[1];
const verify = (await clerk.ask(`/cases/${number}`)).text.match(/\/v\/[A-Z2-7]{26}/)?.[0];
const pages = [ // a session locks after five minutes: each begins when its pages are looked at
	[() => clerk, "/", "/cases/new", `/cases/${number}`],
	[() => new Visitor(), "/sign-in", "/my/sign-in", "/my/code", "/demo/codes", "/demo/inbox", "/problems/too_many", "/api/v1/", verify],
	[() => begun("registrar-01"), "/sign-in/code"], [() => locked("tax-01"), "/unlock"], [() => citizen(number), "/my"],
	[() => staff("security-01"), "/accounts", "/accounts/new", "/accounts/clerk-01"], [() => staff("system-01"), "/letters"],
];
let worst = 100;
for (const [enter, ...paths] of pages) {
	const visitor = await enter();
	for (const path of paths.filter(Boolean)) {
		const found = score(path, visitor.cookie);
		worst = Math.min(worst, found.at === path ? found.score : 0);
		console.log(found.score, path, found.at === path ? "" : "led to " + found.at, ...found.failed);
	}
}
process.exit(worst === 100 ? 0 : 1);

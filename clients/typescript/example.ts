// Hands an application in, approves its review as it was seen, and says where the
// case stands. Compiled by `make check`; run it with any bundler or runtime that
// takes TypeScript.
import { Api, Application, Case, HttpResponse, Problem } from "./onewindow";

/** windowOf returns the API of a window, for the holder of an id and a key. */
export function windowOf(server: string, id: string, key: string): Api<unknown> {
  return new Api({
    baseUrl: server,
    baseApiParams: { headers: { Authorization: "Basic " + btoa(id + ":" + key), "Accept-Language": "en" } },
  });
}

/** handIn returns the acceptance number, or the reasons why there is none. */
export async function handIn(to: Api<unknown>, key: string, application: Application): Promise<string | string[]> {
  try {
    const answer = await to.api.acceptCase(application, { headers: { "Idempotency-Key": key } });
    return answer.data.acceptance_number;
  } catch (refused) {
    const problem = (refused as HttpResponse<unknown, Problem>).error;
    return (problem.errors ?? []).map((e) => `${e.field ?? ""}: ${e.detail}`);
  }
}

/** approve says yes to a review that waits, on the case as it was just seen. */
export async function approve(to: Api<unknown>, number: string): Promise<Case> {
  const seen = await to.api.showCase({ number });
  const waits = seen.data.steps.some((s) => s.step === "review" && s.state === "needs_input");
  if (!waits) {
    return seen.data;
  }
  const decided = await to.api.decide(
    { number, step: "review" },
    { verdict: "approve" },
    { headers: { "If-Match": seen.headers.get("ETag") ?? "" } },
  );
  return decided.data;
}

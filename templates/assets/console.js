// Loaded before the scripts of the queue's console: the library with which they check
// answers (Zod) makes no functions of text then, which our policy does not allow.
globalThis.__zod_globalConfig = { jitless: true };

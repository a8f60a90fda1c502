// Pages in a real browser, which is driven by its driver, and a server that they come from.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";

const TYPES = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/** The browsers that can be driven: the program that does, what it is asked for, and how it says where it listens. */
const CHROMIUM = {
  driver: process.env.CHROMEDRIVER ?? "chromedriver",
  capabilities: {
    browserName: "chrome",
    "goog:chromeOptions": {
      args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"],
    },
  },
  listens: /successfully on port (\d+)/,
};
const FIREFOX = {
  driver: process.env.GECKODRIVER,
  capabilities: { browserName: "firefox", "moz:firefoxOptions": { args: ["-headless"] } },
  listens: /Listening on 127\.0\.0\.1:(\d+)/,
};
/** Chromium, if nobody names the driver of Firefox. */
const KIND = FIREFOX.driver === undefined ? CHROMIUM : FIREFOX;

/** Serves the files of a folder, on this machine. */
async function served(folder) {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    try {
      const bytes = await readFile(new URL(`.${path}`, folder));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/plain" }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** Where the driver listens, once it says so. */
function listens(driver) {
  return new Promise((listens, failed) => {
    let said = "";
    driver.on("error", failed);
    driver.stdout.on("data", (bytes) => {
      said += bytes;
      const port = KIND.listens.exec(said);
      if (port !== null) listens(`http://127.0.0.1:${port[1]}`);
    });
  });
}

/** Asks the driver for something. */
async function ask(method, path, body) {
  const given = body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  const answered = await fetch(path, { method, ...given });
  const { value } = await answered.json();
  assert.ok(answered.ok, JSON.stringify(value));
  return value;
}

/** A browser, with pages that come from a folder. */
export class Browser {
  #driver;
  #server;
  #session;

  static async open(folder) {
    const browser = new Browser();
    try {
      await browser.#start(folder);
      return browser;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  async #start(folder) {
    this.#server = await served(folder);
    this.#driver = spawn(KIND.driver, ["--port=0"]);
    const at = `${await listens(this.#driver)}/session`;
    const capabilities = { alwaysMatch: KIND.capabilities };
    this.#session = `${at}/${(await ask("POST", at, { capabilities })).sessionId}`;
    await this.ask("POST", "timeouts", { script: 60_000 });
  }

  ask(method, path, body) {
    return ask(method, `${this.#session}/${path}`, body);
  }

  /** Opens a page in a window of its own. */
  async page(path) {
    const { handle } = await this.ask("POST", "window/new", { type: "window" });
    const page = new Page(this, handle);
    await page.ask("POST", "url", { url: `http://127.0.0.1:${this.#server.address().port}${path}` });
    return page;
  }

  async close() {
    if (this.#session !== undefined) await ask("DELETE", this.#session);
    this.#driver?.kill();
    this.#server?.close();
  }
}

class Page {
  #browser;
  #handle;

  constructor(browser, handle) {
    this.#browser = browser;
    this.#handle = handle;
  }

  async ask(method, path, body) {
    await this.#browser.ask("POST", "window", { handle: this.#handle });
    return this.#browser.ask(method, path, body);
  }

  /** Calls a function that the page has by a name in `tests`, once it is there, and gives what that gives. */
  async run(name, ...given) {
    const script = `
      const done = arguments[arguments.length - 1];
      (async () => {
        while (globalThis.tests === undefined) await new Promise((soon) => setTimeout(soon, 20));
        return globalThis.tests[arguments[0]](...arguments[1]);
      })().then((given) => done({ given }), (error) => done({ error: String(error?.stack ?? error) }));`;
    const { given: gave, error } = await this.ask("POST", "execute/async", { script, args: [name, given] });
    assert.equal(error, undefined);
    return gave;
  }

  /** What an expression is in the page. */
  evaluate(expression) {
    return this.ask("POST", "execute/sync", { script: `return ${expression};`, args: [] });
  }

  /** Waits until an expression is true in the page, for ten seconds. */
  async until(expression) {
    for (let left = 200; left > 0; left -= 1) {
      if (await this.evaluate(expression)) return;
      await new Promise((soon) => setTimeout(soon, 50));
    }
    const shown = await this.evaluate("document.body.innerText");
    throw new Error(`it never came to be that ${expression}: the page shows ${shown}`);
  }

  reload() {
    return this.ask("POST", "refresh", {});
  }

  /** Types into the element that a selector finds, as somebody who sits there does. */
  async type(selector, text) {
    const element = await this.ask("POST", "element", { using: "css selector", value: selector });
    await this.ask("POST", `element/${Object.values(element)[0]}/value`, { text });
  }

  async click(selector) {
    const element = await this.ask("POST", "element", { using: "css selector", value: selector });
    await this.ask("POST", `element/${Object.values(element)[0]}/click`, {});
  }

  /** Ends it as a tab is closed. */
  close() {
    return this.ask("DELETE", "window");
  }
}

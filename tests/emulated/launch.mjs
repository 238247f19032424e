// Starts the package `emulate` as a Slack that brings events: `node launch.mjs FOLDER EVENTS`, where FOLDER holds
// node_modules and EVENTS is the address of our door. Its people and apps are one line of JSON on standard input.
// Says its own address when it is ready, and ends when standard input does.
import { readFileSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [folder, events] = process.argv.slice(2);
const dist = pathToFileURL(`${folder}/node_modules/emulate/dist/`);

// The package has no setting for where events go. The plugin that makes its Slack is handed the dispatcher, though.
const holdsPlugin = (name) => name.endsWith(".js") && /^var slackPlugin\b/m.test(readFileSync(new URL(name, dist), "utf8"));
const { slackPlugin } = await import(new URL(readdirSync(dist).find(holdsPlugin), dist));
const { register } = slackPlugin;
slackPlugin.register = (app, store, dispatcher, ...more) => {
  register(app, store, dispatcher, ...more);
  dispatcher.register({ owner: "slack", url: events, events: ["*"], active: true });
};

const { createEmulator } = await import(new URL("api.js", dist));
const input = createInterface({ input: process.stdin });
input.once("line", async (line) => {
  const slack = await createEmulator({ service: "slack", port: 0, hostname: "127.0.0.1", seed: { slack: JSON.parse(line) } });
  console.log(`Ready at ${slack.url}`);
});
input.once("close", () => process.exit(0));

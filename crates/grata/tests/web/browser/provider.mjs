// A provider of OpenID Connect for the test of the browser: a real one, on this machine, with a sign-in page
// that asks for a name alone. Called with the address to which it sends browsers back and the folder into
// which it writes what it publishes; says its own address once it is ready.
import crypto from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { Provider } from "oidc-provider";

const [back, folder] = process.argv.slice(2);
const server = http.createServer();
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const issuer = `http://localhost:${server.address().port}`;
const { privateKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });

const provider = new Provider(issuer, {
  clients: [{ client_id: "grata", application_type: "native", redirect_uris: [back], response_types: ["id_token"], grant_types: ["implicit"], token_endpoint_auth_method: "none" }],
  responseTypes: ["id_token"],
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "one", use: "sig", alg: "RS256" }] },
  cookies: { keys: [crypto.randomUUID()] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/sign-in/${interaction.uid}` },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  async loadExistingGrant({ oidc }) {
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope("openid");
    await grant.save();
    return grant;
  },
});
const rest = provider.callback();
server.on("request", async (request, response) => {
  if (!request.url.startsWith("/sign-in/")) return rest(request, response);
  const { prompt } = await provider.interactionDetails(request, response);
  // It asks each program whether it may: this one may.
  if (prompt.name === "consent") return provider.interactionFinished(request, response, { consent: {} }, { mergeWithLastSubmission: true });
  if (request.method === "POST") return provider.interactionFinished(request, response, { login: { accountId: "camille-17" } });
  response.setHeader("content-type", "text/html; charset=utf-8");
  response.end('<!doctype html><html lang="en"><title>School</title><link rel="icon" href="data:,"><form method="post"><button>It is me</button></form>');
});

for (const [file, place] of [["metadata.json", "/.well-known/openid-configuration"], ["keys.json", "/jwks"]]) {
  const answer = await fetch(issuer + place);
  fs.writeFileSync(path.join(folder, file), await answer.text());
}
console.log(issuer);

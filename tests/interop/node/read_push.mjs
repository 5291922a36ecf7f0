// Reads a push by http_ece, the library under web-push: {body, key, auth} in base64url on standard input, what it says on standard output.
import { createECDH } from "node:crypto";
import { readFileSync } from "node:fs";
import { decrypt } from "http_ece";

const { body, key, auth } = JSON.parse(readFileSync(0, "utf8"));
const privateKey = createECDH("prime256v1");
privateKey.setPrivateKey(Buffer.from(key, "base64url"));
process.stdout.write(decrypt(Buffer.from(body, "base64url"), { version: "aes128gcm", privateKey, authSecret: auth }));

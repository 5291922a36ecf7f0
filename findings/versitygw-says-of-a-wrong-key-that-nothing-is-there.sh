#!/usr/bin/env bash
# versitygw says of an unknown access key that what is asked for is not there.
#
# S3 answers 403 InvalidAccessKeyId where nobody has the access key of a request, and one would guess that a gateway to S3 does. With a folder
# of users (--iam-dir) versitygw does; as it starts by itself, with its root user alone, it answers 404 XAdminUserNotFound. A HEAD has no body, so
# clients see nothing but the 404: a program with a wrong key reads that an object which is there is missing, and may write or give up.
#
# Seen with versitygw 1.8.0, asked by client-s3 3.1175.0 of the AWS SDK.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages @aws-sdk/client-s3@3.1175.0
GOPATH=$folder/go GOFLAGS=-modcacherw go install github.com/versity/versitygw/cmd/versitygw@v1.8.0 >&2
cat >keys.mjs <<'JS'
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { CreateBucketCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

const freePort = () => new Promise((done) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  });
});
const root = { accessKeyId: 'ROOT', secretAccessKey: 'secret' };
const object = { Bucket: 'shop', Key: 'greeting' };

for (const [name, users] of [['root alone', []], ['a folder of users', ['--iam-dir', resolve('users')]]]) {
  const folder = `objects of ${name}`;
  for (const path of [folder, 'users']) mkdirSync(path, { recursive: true });
  const port = await freePort();
  const options = ['--quiet', '--access', root.accessKeyId, '--secret', root.secretAccessKey, '--port', `127.0.0.1:${port}`, ...users];
  const server = spawn('go/bin/versitygw', [...options, 'posix', folder], { stdio: 'ignore' });
  const connect = (credentials) =>
    new S3Client({ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1, credentials });
  const owner = connect(root);
  for (let tries = 0; ; tries++) {
    try {
      await owner.send(new CreateBucketCommand(object));
      break;
    } catch (error) {
      if (tries === 100) throw error; // it is not listening yet
      await wait(100);
    }
  }
  await owner.send(new PutObjectCommand({ ...object, Body: 'hello' }));
  for (const [whose, credentials] of [['its key', root], ['another secret', { ...root, secretAccessKey: 'guess' }], ['an unknown key', { ...root, accessKeyId: 'NOBODY' }]]) {
    for (const Command of [GetObjectCommand, HeadObjectCommand]) {
      const said = await connect(credentials).send(new Command(object)).then(
        ({ $metadata }) => $metadata.httpStatusCode,
        (error) => `${error.$metadata.httpStatusCode} ${error.name}`,
      );
      console.log(`${name}, ${whose}, ${Command.name.replace('ObjectCommand', '').toUpperCase()}: ${said}`);
    }
  }
  server.kill();
}
process.exit();
JS
expect "$(node --no-warnings keys.mjs)" <<'EXPECTED'
root alone, its key, GET: 200
root alone, its key, HEAD: 200
root alone, another secret, GET: 403 SignatureDoesNotMatch
root alone, another secret, HEAD: 403 Unknown
root alone, an unknown key, GET: 404 XAdminUserNotFound
root alone, an unknown key, HEAD: 404 NotFound
a folder of users, its key, GET: 200
a folder of users, its key, HEAD: 200
a folder of users, another secret, GET: 403 SignatureDoesNotMatch
a folder of users, another secret, HEAD: 403 Unknown
a folder of users, an unknown key, GET: 403 InvalidAccessKeyId
a folder of users, an unknown key, HEAD: 403 Unknown
EXPECTED

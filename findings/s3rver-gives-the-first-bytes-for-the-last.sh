#!/usr/bin/env bash
# s3rver gives the beginning of an object where its end is asked for.
#
# "bytes=-2" asks for the last two bytes (RFC 9110 section 14.1.2), as readers of ZIP, Parquet or WebM do who look for the index first. One
# would guess that an emulator of S3 which knows ranges answers it as S3 does, or with the whole object and 200, as a server may that doesn't.
# s3rver answers 206 with the first three: it reads the range as 0-2, and says so in Content-Range.
#
# Seen with s3rver 3.7.1, asked by client-s3 3.1175.0 of the AWS SDK.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages s3rver@3.7.1 @aws-sdk/client-s3@3.1175.0
cat >ranges.mjs <<'JS'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import S3rver from 's3rver';

const server = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory: 'objects', configureBuckets: [{ name: 'shop' }] });
const { port } = await server.run();
const client = new S3Client({
  endpoint: `http://127.0.0.1:${port}`,
  region: 'us-east-1',
  forcePathStyle: true,
  credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
});
const object = { Bucket: 'shop', Key: 'greeting' };
await client.send(new PutObjectCommand({ ...object, Body: 'hello' }));
for (const Range of ['bytes=1-2', 'bytes=3-', 'bytes=1-99', 'bytes=-2', 'bytes=-5', 'bytes=-99']) {
  try {
    const { Body, ContentRange, $metadata } = await client.send(new GetObjectCommand({ ...object, Range }));
    console.log(`${Range}: ${$metadata.httpStatusCode} ${ContentRange} ${await Body.transformToString()}`);
  } catch (error) {
    console.log(`${Range}: ${error.name}`);
  }
}
process.exit();
JS
expect "$(node --no-warnings ranges.mjs)" <<'EXPECTED'
bytes=1-2: 206 bytes 1-2/5 el
bytes=3-: 206 bytes 3-4/5 lo
bytes=1-99: 206 bytes 1-4/5 ello
bytes=-2: 206 bytes 0-2/5 hel
bytes=-5: 206 bytes 0-4/5 hello
bytes=-99: 206 bytes 0-4/5 hello
EXPECTED

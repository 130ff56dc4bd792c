// SPDX-FileCopyrightText: 2026 workers.systemd contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A BullMQ worker that finishes the jobs in hand on SIGTERM, and on SIGINT, which PM2 sends.
'use strict';

const { Worker } = require('bullmq');
const { setTimeout: sleep } = require('node:timers/promises');

const queue = process.env.QUEUE;

async function work(job) {
  await sleep(job.data.milliseconds);
  const redis = await worker.client;
  await redis.rpush(`${queue}:done`, job.data.job);
}

const connection = { host: '127.0.0.1', maxRetriesPerRequest: null };
const worker = new Worker(queue, work, { connection, concurrency: 2 });
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, async () => {
    await worker.close();
    process.exit(0);
  });
}

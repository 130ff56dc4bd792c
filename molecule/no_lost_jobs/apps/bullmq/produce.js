// SPDX-FileCopyrightText: 2026 workers.systemd contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What sends jobs to the BullMQ workers.
'use strict';

const { Queue } = require('bullmq');
const { setTimeout: sleep } = require('node:timers/promises');

async function produce(name, first, jobs, perSecond) {
  const queue = new Queue(name, { connection: { host: '127.0.0.1' } });
  const redis = await queue.client;
  for (let job = first; job < jobs; job += 1) {
    await queue.add('work', { job, milliseconds: 20 + Math.random() * 80 }, { removeOnComplete: true });
    await redis.rpush(`${name}:sent`, job);
    await sleep(1000 / perSecond);
  }
  await queue.close();
}

produce(process.env.QUEUE, Number(process.env.FIRST), Number(process.env.JOBS), Number(process.env.PER_SECOND));

# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The job of the Sidekiq workers; run as a program, what sends them jobs.

require 'sidekiq'

# Debian's Sidekiq is older than its redis gem, which says so for each call.
Redis.silence_deprecations = true

QUEUE = ENV.fetch('QUEUE')

class Work
  include Sidekiq::Worker
  sidekiq_options queue: QUEUE

  def perform(job, seconds)
    sleep(seconds)
    Sidekiq.redis { |connection| connection.rpush("#{QUEUE}:done", job) }
  end
end

if $PROGRAM_NAME == __FILE__
  (Integer(ENV.fetch('FIRST'))...Integer(ENV.fetch('JOBS'))).each do |job|
    Work.perform_async(job, rand(0.02..0.1))
    Sidekiq.redis { |connection| connection.rpush("#{QUEUE}:sent", job) }
    sleep(1 / Float(ENV.fetch('PER_SECOND')))
  end
end

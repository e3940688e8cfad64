// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/crew.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

struct crew {
	const struct crew_spec *spec;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	unsigned int running; /* under the lock */
};

static void *run_member(void *arg)
{
	struct crew *c = arg;

	c->spec->work(c->spec->ctx);
	(void)pthread_mutex_lock(&c->lock);
	c->running--;
	(void)pthread_cond_signal(&c->ended);
	(void)pthread_mutex_unlock(&c->lock);
	return NULL;
}

static void watch(struct crew *c)
{
	struct timespec until;

	(void)pthread_mutex_lock(&c->lock);
	while (c->running > 0) {
		(void)clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec++;
		if (pthread_cond_timedwait(&c->ended, &c->lock, &until) == ETIMEDOUT &&
		    c->spec->tick) {
			(void)pthread_mutex_unlock(&c->lock);
			c->spec->tick(c->spec->ctx);
			(void)pthread_mutex_lock(&c->lock);
		}
	}
	(void)pthread_mutex_unlock(&c->lock);
}

static unsigned int start(struct crew *c, pthread_t threads[CREW_MAX])
{
	unsigned int want = c->spec->threads, n = 0;

	want = want < 1 ? 1 : want > CREW_MAX ? CREW_MAX : want;
	c->running = want;
	while (n < want && pthread_create(&threads[n], NULL, run_member, c) == 0)
		n++;
	(void)pthread_mutex_lock(&c->lock);
	c->running -= want - n;
	(void)pthread_mutex_unlock(&c->lock);
	return n;
}

int crew_run(const struct crew_spec *spec)
{
	struct crew c = {.spec = spec};
	pthread_t threads[CREW_MAX];
	pthread_condattr_t attr;
	unsigned int n, i;

	(void)pthread_mutex_init(&c.lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&c.ended, &attr);
	(void)pthread_condattr_destroy(&attr);
	n = start(&c, threads);
	watch(&c);
	for (i = 0; i < n; i++)
		(void)pthread_join(threads[i], NULL);
	(void)pthread_cond_destroy(&c.ended);
	(void)pthread_mutex_destroy(&c.lock);
	return n > 0 ? 0 : -EAGAIN;
}

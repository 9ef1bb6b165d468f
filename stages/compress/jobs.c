/* Work in a row, by several threads. */
#include "jobs.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* The states of a job, in their order. */
enum { FREE, TAKEN, MAKING, MADE };

struct row {
	const struct jobs *jobs;
	pthread_mutex_t lock;   /* guards all below, but not the jobs that a thread works on */
	pthread_cond_t changed; /* for the threads */
	pthread_cond_t ended;   /* for the one that started them */
	unsigned char *slots;
	size_t nslots;
	size_t next_take, next_give; /* numbers of units since the beginning */
	bool taking, giving;         /* a thread is at it */
	bool taken_all, stopped;
	enum potok_status status;
};

struct worker {
	struct row *row;
	void *tool;
	pthread_t thread;
};

static struct job *
slot(const struct row *r, size_t number)
{
	return (struct job *)(void *)(r->slots + number % r->nslots * r->jobs->job_size);
}

/* The first unit that nobody makes yet; NULL: there is none. */
static struct job *
to_make(const struct row *r)
{
	for (size_t i = r->next_give; i < r->next_take; i++)
		if (slot(r, i)->state == TAKEN)
			return slot(r, i);
	return NULL;
}

/*
 * Each of these does one piece of work if there is one, with the lock released meanwhile, and
 * answers whether it did.
 */

static bool
give(struct row *r)
{
	struct job *job = slot(r, r->next_give);

	if (r->giving || r->next_give == r->next_take || job->state != MADE)
		return false;
	r->giving = true;
	pthread_mutex_unlock(&r->lock);
	enum potok_status s = r->jobs->give(r->jobs->ctx, job);
	pthread_mutex_lock(&r->lock);
	r->giving = false;
	r->next_give++;
	job->state = FREE;
	if (s != POTOK_MORE && !r->stopped) {
		r->stopped = true;
		r->status = s;
		pthread_cond_signal(&r->ended);
	}
	return true;
}

static bool
make(struct row *r, void *tool)
{
	struct job *job = to_make(r);

	if (job == NULL)
		return false;
	job->state = MAKING;
	pthread_mutex_unlock(&r->lock);
	r->jobs->make(r->jobs->ctx, tool, job);
	pthread_mutex_lock(&r->lock);
	job->state = MADE;
	return true;
}

static bool
take(struct row *r)
{
	struct job *job = slot(r, r->next_take);

	if (r->taking || r->taken_all || r->next_take - r->next_give == r->nslots)
		return false;
	r->taking = true;
	pthread_mutex_unlock(&r->lock);
	job->made = false;
	job->status = POTOK_MORE;
	potok_buf_clear(&job->in);
	potok_buf_clear(&job->out);
	r->jobs->take(r->jobs->ctx, job);
	pthread_mutex_lock(&r->lock);
	r->taking = false;
	r->taken_all = job->status != POTOK_MORE;
	job->state = r->taken_all || job->made ? MADE : TAKEN;
	r->next_take++;
	return true;
}

static void *
work(void *arg)
{
	const struct worker *w = arg;
	struct row *r = w->row;
	int before;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	pthread_mutex_lock(&r->lock);
	while (!r->stopped) {
		if (give(r) || make(r, w->tool) || take(r))
			pthread_cond_broadcast(&r->changed);
		else
			pthread_cond_wait(&r->changed, &r->lock);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

/* Starts the threads, waits until the row has ended, and ends them. */
static void
run_threads(struct row *r, struct worker *workers, size_t n)
{
	size_t started = 0;

	pthread_mutex_lock(&r->lock);
	while (started < n &&
	       pthread_create(&workers[started].thread, NULL, work, &workers[started]) == 0)
		started++;
	while (started > 0 && !r->stopped)
		pthread_cond_wait(&r->ended, &r->lock);
	pthread_mutex_unlock(&r->lock);
	for (size_t i = 0; i < started; i++)
		pthread_cancel(workers[i].thread);
	for (size_t i = 0; i < started; i++)
		pthread_join(workers[i].thread, NULL);
}

enum potok_status
jobs_run(const struct jobs *jobs, size_t n)
{
	struct worker workers[JOBS_MAX];
	struct row r = {.jobs = jobs, .nslots = n + 2, .status = POTOK_ENOMEM};
	size_t ntools = 0;

	r.slots = calloc(r.nslots, jobs->job_size);
	while (
	    r.slots != NULL && ntools < n && (workers[ntools].tool = jobs->open(jobs->ctx)) != NULL)
		workers[ntools++].row = &r;
	pthread_mutex_init(&r.lock, NULL);
	pthread_cond_init(&r.changed, NULL);
	pthread_cond_init(&r.ended, NULL);
	if (ntools == n)
		run_threads(&r, workers, n);
	pthread_cond_destroy(&r.ended);
	pthread_cond_destroy(&r.changed);
	pthread_mutex_destroy(&r.lock);
	while (ntools > 0)
		jobs->close(workers[--ntools].tool);
	for (size_t i = 0; r.slots != NULL && i < r.nslots; i++) {
		potok_buf_free(&slot(&r, i)->in);
		potok_buf_free(&slot(&r, i)->out);
	}
	free(r.slots);
	return r.status;
}

enum potok_status
jobs_read(struct jobs_input *in)
{
	size_t chunk = in->chain->chunk ? in->chain->chunk : POTOK_CHUNK;
	struct potok_slice rest = jobs_waiting(in);

	if (in->head > 0) {
		memmove(in->buf.data, rest.data, rest.len);
		in->buf.len = rest.len;
		in->head = 0;
	}
	if (potok_buf_room(&in->buf, chunk) < 0)
		return POTOK_ENOMEM;
	ptrdiff_t got = in->chain->read(in->chain->ctx, in->buf.data + in->buf.len, chunk);
	if (got < 0)
		return POTOK_EIO;
	in->buf.len += (size_t)got;
	in->last = got == 0;
	return POTOK_MORE;
}

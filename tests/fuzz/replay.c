// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a fuzz target over the files and directories named in argv. The input at work is named on
 * stderr when it crashes, fails a sanitizer or takes longer than TIMEOUT_S.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TIMEOUT_S 60

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* There with a sanitizer only. It then reports faults itself and calls this before it ends us. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

/* Seen by signal handlers: what is being run. */
static char current[PATH_MAX];

static void name_input(void)
{
	static const char label[] = "\nreplay: the input was ";

	(void)!write(STDERR_FILENO, label, sizeof(label) - 1);
	(void)!write(STDERR_FILENO, current, strlen(current));
	(void)!write(STDERR_FILENO, "\n", 1);
}

static void on_signal(int sig)
{
	name_input();
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}

static void watch(void)
{
	static const int always[] = {SIGABRT, SIGALRM, SIGTERM};
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
	size_t i;

	for (i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		(void)signal(always[i], on_signal);
	if (__sanitizer_set_death_callback) {
		__sanitizer_set_death_callback(name_input);
		return;
	}
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		(void)signal(faults[i], on_signal);
}

/* The buffer is exactly as large as the file, so that a sanitizer sees a read behind its end. */
static int run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data;
	struct stat st;
	size_t size;

	if (!f || fstat(fileno(f), &st) < 0) {
		fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	size = (size_t)st.st_size;
	data = malloc(size ? size : 1);
	if (!data || fread(data, 1, size, f) != size) {
		fprintf(stderr, "replay: %s: cannot be read\n", path);
		exit(1);
	}
	(void)fclose(f);
	(void)snprintf(current, sizeof(current), "%s", path);
	(void)alarm(TIMEOUT_S);
	(void)LLVMFuzzerTestOneInput(data, size);
	(void)alarm(0);
	free(data);
	return 1;
}

static int run_directory(const char *path)
{
	struct dirent **entries;
	char name[PATH_MAX];
	int i, count = 0, n = scandir(path, &entries, NULL, alphasort);

	if (n < 0) {
		fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	for (i = 0; i < n; i++) {
		struct stat st;

		(void)snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
		if (stat(name, &st) == 0 && S_ISREG(st.st_mode))
			count += run_file(name);
		free(entries[i]);
	}
	free(entries);
	if (count == 0) {
		fprintf(stderr, "replay: %s: no inputs\n", path);
		exit(1);
	}
	return count;
}

int main(int argc, char **argv)
{
	int i, count = 0;

	if (argc < 2) {
		fprintf(stderr, "usage: %s FILE|DIRECTORY...\n", argv[0]);
		return 2;
	}
	watch();
	for (i = 1; i < argc; i++) {
		struct stat st;

		if (stat(argv[i], &st) == 0 && S_ISREG(st.st_mode))
			count += run_file(argv[i]);
		else
			count += run_directory(argv[i]);
	}
	printf("%d inputs\n", count);
	return 0;
}

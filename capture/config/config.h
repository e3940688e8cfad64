/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /etc/fadump-ng.conf as one struct. Defaulted in one initializer, filled by config_parse(), passed
 * const from then on.
 */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_PATH        "/etc/fadump-ng.conf"
#define CONFIG_MAX         (256 * KIB) /* bytes of a file */
#define CONFIG_LINE_MAX    4096        /* bytes of a line, without its end */
#define CONFIG_VALUE_MAX   4000        /* of a value, so that it fits a line with its key */
#define CONFIG_TARGETS_MAX 16
#define CONFIG_AUTO        (-1) /* a duration that was left to us */

enum config_verify { CONFIG_VERIFY_STRUCTURE, CONFIG_VERIFY_FULL, CONFIG_VERIFY_NONE };
enum config_on_deadline { CONFIG_DEADLINE_NEXT, CONFIG_DEADLINE_LOG };
enum config_naming { CONFIG_NAMING_DEFAULT, CONFIG_NAMING_RHEL, CONFIG_NAMING_SUSE };
enum config_action {
	CONFIG_ACTION_CONTINUE,
	CONFIG_ACTION_REBOOT,
	CONFIG_ACTION_POWEROFF,
	CONFIG_ACTION_HALT,
	CONFIG_ACTION_LATE_CAPTURE, /* on-failure only */
	CONFIG_ACTION_SHELL,        /* on-failure only */
};

/* Room that stays free on a target's file system: a size, or a share of the whole. */
struct config_room {
	uint64_t bytes;
	int percent; /* 0: bytes count */
};

/* So many crashes within so long. */
struct config_rate {
	int crashes; /* 0: off */
	int64_t window_ms;
};

struct config_target {
	char *url;         /* as written; target/url.h takes it apart */
	unsigned int line; /* where it was written; 0: the default or the command line */
	bool also;         /* filled in the same pass as the one before it */
};

struct config {
	struct config_target targets[CONFIG_TARGETS_MAX]; /* in the order to try; owned */
	size_t n_targets;
	int dump_level;             /* 0..31 */
	const char *compress;       /* a word of the key's choices; static */
	int threads;                /* 0: auto */
	char *makedumpfile_options; /* "" unset; owned */
	enum config_verify verify;
	int64_t deadline_ms; /* of one target's attempt; 0: none */
	enum config_action on_success, on_failure;
	enum config_naming naming;
	bool require_all;       /* a pass must fill all its targets */
	bool release_unassured; /* a target need not promise that what it has lasts */
	char *identity_file, *known_hosts, *ssh_config; /* for ssh; "" unset; owned */
	char *network;               /* "auto", "none", or dracut's words; owned */
	int64_t device_timeout_ms;   /* for a target's disk to appear */
	int64_t network_deadline_ms; /* for the network to come up */
	int keep, keep_logs;         /* dumps, and logs without one, on a target; 0: all */
	struct config_room keep_free;
	bool make_room; /* delete the oldest dump rather than miss the new one */
	struct config_rate rate_limit;
	int64_t watchdog_ms; /* CONFIG_AUTO, or 0: none */
	int max_attempts;
	enum config_on_deadline on_deadline;
};

/* What is wrong with a configuration, for "FILE:LINE: text". */
struct config_error {
	unsigned int line;
	char text[200]; /* names the key, and the nearest known one when the key is unknown */
};

/* All defaults. 0 or -ENOMEM. config_deinit() in every case. */
int config_init(struct config *c) _must_check_;
void config_deinit(struct config *c);

/*
 * Parse "key = value" lines over the defaults. 0; -EINVAL with *error filled (c is then still good
 * for config_deinit only); -ENOMEM. The first `target` replaces the default one, further ones are
 * added. A last line without its newline is refused: the file was cut off.
 */
int config_parse(struct config *c, const char *buf, size_t len,
		 struct config_error *error) _must_check_;

/* Replace the targets (for --target). 0, -E2BIG, -EINVAL, -ENOMEM; c is unchanged on failure. */
int config_set_targets(struct config *c, const char *const *urls, size_t n) _must_check_;

/*
 * Append one: "URL", or "also URL". line: where it was written, or 0. 0, -E2BIG,
 * -EINVAL ("also" on the first), -ENOMEM.
 */
int config_add_target(struct config *c, const char *text, unsigned int line) _must_check_;
void config_clear_targets(struct config *c);

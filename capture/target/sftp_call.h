/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sftp_ops.c is made of; nobody else's. */
#pragma once

#include "target/sftp.h"

/* ms from now, but not beyond the conversation's own deadline. */
int64_t sftp_until(const struct sftp *s, int64_t ms);
/* Begin a request in s->head; its id. Nothing may be half sent: sftp_settle() first. */
uint32_t sftp_begin(struct sftp *s, enum sftp_type type);
int sftp_start(struct sftp *s, const void *payload, size_t len) _must_check_;
int sftp_settle(struct sftp *s, int64_t deadline) _must_check_;
/* Send what is started and wait for the reply with that id; others go to on_reply. */
int sftp_await(struct sftp *s, uint32_t id, int64_t deadline, struct sftp_reply *r) _must_check_;

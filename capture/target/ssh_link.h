/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One connection to a server: the system's ssh, run with `-s HOST sftp`, and the SFTP conversation
 * on its pipes. Host keys, certificates, jump hosts and the crypto policy are ssh's affair.
 */
#pragma once

#include "base/coprocess.h"
#include "base/root.h"
#include "target/sftp.h"
#include "target/target.h"
#include "target/url.h"

/* What kept a connection from coming about, where somebody can do something about just that. */
enum ssh_trouble {
	SSH_TROUBLE_OTHER,
	SSH_TROUBLE_STRANGER, /* its host key is not the one we know */
	SSH_TROUBLE_REFUSED,  /* it does not let us in */
};

struct ssh_link {
	struct coprocess ssh; /* pid 0: not connected */
	struct sftp sftp;
	enum ssh_trouble trouble;
};

/*
 * Start ssh; it connects while other links are started. ciphers: as ssh_config_ciphers() has them,
 * or "". 0 or -errno with why (size bytes): -ENOENT when ssh, the key or the file of known hosts is
 * not there. ssh_link_close() in every case.
 */
int ssh_link_start(struct ssh_link *l, const struct url *u, const struct target_env *env,
		   const char *ciphers, int64_t deadline, char *why, size_t size) _must_check_;

/*
 * The same as whoever sits at the terminal, with their keys or password: ssh asks there by itself,
 * once its process group (l->ssh.pid) has been given the terminal.
 */
int ssh_link_start_own(struct ssh_link *l, const struct url *u, const struct target_env *env,
		       char *why, size_t size) _must_check_;

/*
 * Wait until the server has said hello. 0; -EACCES: it will not have us, or is not the one we know,
 * and trying again is no use; or another -errno. why says more.
 */
int ssh_link_finish(struct ssh_link *l, int64_t deadline, char *why, size_t size) _must_check_;

/* An orderly end where the connection still works; nothing of ssh is left in any case. */
void ssh_link_close(struct ssh_link *l);

/* What ssh said last about a connection that broke, made fit for an administrator. */
void ssh_link_explain(struct ssh_link *l, int err, char *why, size_t size);

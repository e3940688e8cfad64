/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network, for as long as the capture in an initramfs needs it. In the running system nothing
 * is ever touched: there it is up, or it is somebody else's affair.
 */
#pragma once

#include "run/run.h"

/*
 * Have the way to the URL's host, as the image's record says. 0, also when there is nothing to do;
 * -errno with reason, in one line. What did not come up once is not waited for again.
 */
int network_up(struct run *run, const struct url *u, char *reason, size_t size) _must_check_;
/* All of it down again, so that production finds the network untouched. */
void network_down(struct run *run);

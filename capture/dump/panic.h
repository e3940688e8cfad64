/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a kernel died, from the text of its log: the last failure in it, by the line that tells most.
 * A panic that only follows from something gives way to what it follows from: "Fatal exception" to
 * "kernel BUG at FILE:LINE!" or "BUG: Unable to handle ...", "softlockup: hung tasks" to the
 * watchdog's line; any other panic is its own line. So does an "Oops: ", which every one of them
 * has.
 *
 * What another crash's log says does not count: a line with two times, or with the facility of a
 * program; a time that this boot had passed, or never came to; a panic that the log outlived.
 *
 * Sources: kernel/panic.c, kernel/watchdog.c, kernel/rcu/tree_stall.h, drivers/tty/sysrq.c,
 * lib/bug.c and arch/powerpc/{kernel/{traps,mce,watchdog}.c,mm/fault.c} of 4.12 to 7.2; record
 * formats of kexec-tools' vmcore-dmesg and makedumpfile --dump-dmesg. A parser over (buf, len).
 */
#pragma once

#include <stddef.h>

/*
 * The line without what stands before the message, as far as it fits, and of printable characters
 * only. out is "" when the log has no such line.
 */
void panic_find(const char *text, size_t len, char *out, size_t size);

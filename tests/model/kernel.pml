/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel of one boot, and the firmware below it. */
bit firmware_dump;	/* the firmware holds a dump: outlives a reset, not a loss of power, not an orderly reboot */
bit capture_boot;	/* release_mem is there, until the boot's end */
bit fadump_on;
bit held;		/* the kernel takes a write to release_mem */
bit vmcore, sound;	/* /proc/vmcore, and whether its headers are in order */
bit registered;
bit accepted;		/* release_mem was written in this boot, and the kernel took it */
bit forced;		/* ... by `release --force` */
bit frees_header;	/* this kernel gives the page of the fadump header away with the memory */
mtype:frame = { PAGE_OURS, PAGE_FREED, PAGE_USED, PAGE_OFFLINE };
mtype:frame page;	/* of the fadump header */

byte faults, fault_limit;	/* so many may still happen in this boot, or in any */

/* Any call may fail. */
inline call(err)
{
	if
	:: err = 0
	:: faults -> faults--; err = 1
	fi
}

inline kernel_forget()
{
	capture_boot = 0;
	fadump_on = 1;
	held = 0;
	vmcore = 0;
	sound = 0;
	accepted = 0;
	forced = 0;
	registered = 0;
	frees_header = 0;
	page = PAGE_OURS
}

/* An ordinary boot registers by itself. A capture boot accepts the dump, refuses it (A), cannot offer it (B), or has fadump off (C). */
inline kernel_boot(bad_header)
{
	kernel_forget();
	if
	:: !firmware_dump -> registered = 1
	:: firmware_dump ->
		capture_boot = 1;
		if
		:: frees_header = 1
		:: skip
		fi;
		if
		:: !bad_header -> held = 1; vmcore = 1; sound = 1
		:: held = 1; vmcore = 1
		:: firmware_dump = 0;
			if
			:: frees_header -> page = PAGE_FREED
			:: else
			fi
		:: held = 1
		:: fadump_on = 0
		fi
	fi
}

/* 1 written to release_mem. The firmware's answer is ignored by the kernel. */
inline kernel_release(by_force, err)
{
	if
	:: !held -> err = 1
	:: held && faults -> faults--; err = 1
	:: held ->
		assert(fadump_on);
		assert(!accepted);		/* never twice in one boot */
		assert(by_force || DURABLE || LOGGED);	/* never without a whole dump that a loss leaves whole */
		accepted = 1;
		forced = by_force;
		given = !by_force;
		err = 0;
		if
		:: frees_header -> page = PAGE_FREED
		:: else
		fi;
		if
		:: vmcore = 0; held = 0; firmware_dump = 0
		:: faults -> faults--; vmcore = 0	/* the firmware did not let go */
		:: faults -> faults--		/* nor did the kernel: unclear */
		fi
	fi
}

/*
 * 1 written to registered: to the page of the fadump header. at_risk: by the run that has just given that page away and has no means to take it
 * out of use; it is most likely free still, and the person is told.
 */
inline kernel_register(at_risk, err)
{
	if
	:: held || !fadump_on -> err = 1
	:: !held && fadump_on && faults -> faults--; err = 1
	:: !held && fadump_on ->
		assert(page == PAGE_OURS || page == PAGE_OFFLINE || at_risk);
		registered = 1;
		err = 0
	fi
}

/* The page taken out of use. Somebody may have got it before. */
inline kernel_take_page(fate)
{
	if
	:: page == PAGE_OFFLINE || page == PAGE_OURS -> fate = HEADER_PAGE_TAKEN
	:: page == PAGE_FREED -> page = PAGE_OFFLINE; fate = HEADER_PAGE_TAKEN
	:: page == PAGE_FREED -> fate = HEADER_PAGE_EXPOSED
	:: page == PAGE_FREED -> page = PAGE_USED; fate = HEADER_PAGE_LOST
	:: page == PAGE_USED -> fate = HEADER_PAGE_LOST
	fi
}

/* capture/crash/verdict.c. What the kernel log says is true, but it may be gone. Without VERDICT_KEXEC and RUN_KEXEC, since no kernel starts
 * another one, and without VERDICT_UNSUPPORTED, since each has fadump. */
inline judge(v)
{
	if
	:: !capture_boot -> v = VERDICT_NONE
	:: capture_boot && !fadump_on -> v = VERDICT_FADUMP_OFF
	:: capture_boot && fadump_on && vmcore && sound -> v = VERDICT_DUMP
	:: capture_boot && fadump_on && vmcore && !sound -> v = VERDICT_BAD_CORE
	:: capture_boot && fadump_on && !vmcore && registered -> v = VERDICT_NONE
	:: capture_boot && fadump_on && !vmcore && !registered ->
		if
		:: accepted -> v = VERDICT_NONE
		:: !accepted && held -> v = VERDICT_NO_VMCORE
		:: !accepted && !held -> v = VERDICT_REFUSED
		:: v = VERDICT_UNDECIDED
		fi
	fi
}

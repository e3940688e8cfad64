/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard of a capture in the initramfs (run/guard.c, run/guard_boot.c): the hypervisor's watchdog, and the count of attempts in the machine's
 * non-volatile memory. An armed watchdog may reset the machine at any moment, as if everything stood still in it; a reset keeps the dump.
 */
byte max_attempts;	/* 0: not what is looked at; nobody counts, and nothing is armed */
bit nv_there, nv_mine;	/* /dev/nvram; what is counted there is the active dump */
byte nv_n;		/* outlives everything */
bit settled;	/* /run/fadump-ng/attempts, and what it says */
byte boot_n;
bit dog, dog_marked;	/* the watchdog runs; /run/fadump-ng/watchdog */
bit waited, tried;	/* /run/fadump-ng/late-waits, late-tried */

/* What the program does not know. */
byte due;		/* boots that found the dump, since the crash or since it was saved: the count is never more */
byte in_a_row;		/* resets by the watchdog since a boot went on */
bit undying;		/* the watchdog could not be stopped, and that was said */

#define USED_UP	(max_attempts && settled && boot_n > max_attempts)
#define IN_INITRAMFS	(who == FIRST || shell)

inline guard_forget()
{
	settled = 0; boot_n = 0; dog = 0; dog_marked = 0; waited = 0; tried = 0; undying = 0
}

/* run/attempts.c: attempts_write(): what is read back decides; it may be there all the same. */
inline attempts_write(number)
{
	if
	:: err
	:: !err && faults -> faults--; err = 1
	:: !err && faults -> faults--; err = 1; nv_n = number; nv_mine = 1
	:: !err -> nv_n = number; nv_mine = 1
	fi
}

/* run/guard_boot.c: guard_boot_count() */
inline guard_boot_count()
{
	atomic {
		n = boot_n;
		/* attempts_open() */
		call(err);
		err = err || !nv_there;
		kept = (nv_mine && !err -> nv_n : 0);
		if
#ifdef MUTANT_COUNTS_HALVES
		:: !err && settled -> n = kept
		:: !err && !settled -> n = (kept > max_attempts -> kept : kept + 1)
#else
		:: !err && settled
		:: !err && !settled ->
			n = (kept > max_attempts -> kept : kept + 1);
			call(err);
			if
			:: !err -> settled = 1; boot_n = n
			:: else
			fi
#endif
		:: err
		fi
	};
	atomic {
		if
#ifdef MUTANT_UNCOUNTED
		:: skip
#else
		:: !err && kept != n -> attempts_write(n)
		:: else
#endif
		fi;
#ifdef MUTANT_COUNTS_HALVES
		if
		:: !err && !settled -> call(err);
			if
			:: !err -> settled = 1; boot_n = n
			:: else
			fi
		:: else
		fi;
#endif
		kept = 0;
		/* Another crash's, or one boot twice: an attempt that is taken away from this dump. */
		assert(n <= due)
	}
}

/* base/watchdog.c: watchdog_stop(). undying: it cannot be, and that is said. */
inline watchdog_stop()
{
	call(err);
	dog = dog && err;
	dog_marked = dog_marked && err;
	undying = undying || err
}

/* run/guard_boot.c: guard_boot_end(), in the capture's place, and when it has ended in whatever way */
inline guard_boot_end()
{
	if
	:: dog_marked -> watchdog_stop()
	:: else
	fi;
	err = 0
}

/* base/watchdog.c: watchdog_arm(); guard_boot_mark() */
inline watchdog_arm()
{
	call(err);
	dog = dog || !err;
	if
	:: !err -> dog_marked = 1
	:: !err && !dog_marked && faults -> faults--;
#ifndef MUTANT_UNMARKED
		watchdog_stop();
#endif
		err = 1
	:: err
	fi
}

#ifdef MUTANT_LAST_UNGUARDED
#define ARMS_NOT	last
#else
#define ARMS_NOT	false
#endif
/* run/guard.c: count(), arm() */
inline guard_start()
{
	guard_boot_count();
	atomic {
		/* is_by_hand(): a shell's command comes behind the boot's own capture; note_begun() may have failed */
		by_hand = shell;
		if
		:: by_hand && faults -> faults--; by_hand = 0
		:: skip
		fi;
		last = (!by_hand && n == max_attempts && max_attempts > 1);
#ifndef MUTANT_NEVER_USED_UP
		spent = (!by_hand && n > max_attempts);
#endif
		by_hand = 0;
		if
		:: !err && n && !spent && !ARMS_NOT ->
			watchdog_arm();
			if
			:: !err -> fed = 1
			:: !err && faults -> faults--; watchdog_stop()	/* feeder_start() */
			:: err
			fi
		:: else
		fi;
		n = 0;
		err = 0;
#ifndef MUTANT_UNFED
		if
		:: !fed -> guard_boot_end()
		:: else
		fi;
#endif
		assert(!dog || fed || undying)	/* nobody works under a watchdog that nobody feeds */
	}
}

/* run/guard.c: guard_forbids(), late_may(). forbidden: of a late capture */
inline guard_forbids(forbidden)
{
	if
	:: !settled || boot_n < max_attempts || boot_n == max_attempts && max_attempts == 1
	:: settled && boot_n == max_attempts && max_attempts > 1 ->
		if
#ifndef MUTANT_TIMER_WAITS
		:: (who == LAST || waited) && !tried -> tried = 1	/* the timer's */
#else
		:: waited -> forbidden = 1
#endif
		:: tried -> forbidden = 1
		:: who != LAST -> waited = 1; forbidden = 1
		fi
	:: settled && boot_n > max_attempts ->
#ifndef MUTANT_LATE_INSISTS
		forbidden = 1
#endif
	fi
}

/* A saved dump is counted no more. While the machine may still be reset a bound is needed. */
inline forget()
{
	atomic {
		if
#ifdef MUTANT_FORGETS_FIRST
		:: have_receipt && settled ->
#else
		:: have_receipt && settled && !dog_marked ->
#endif
#ifndef MUTANT_REMEMBERS
			call(err);
			err = err || !nv_there;
			if
			:: !err -> call(err)
			:: else
			fi;
			boot_n = (err -> boot_n : 0);	/* attempts_set_boot() */
			attempts_write(0);
#endif
			due = (err -> due : 0)
		:: else
		fi;
		err = 0
	}
}

/* run/guard.c: guard_stop(), stop_watchdog(), forget() */
inline guard_stop()
{
#ifdef MUTANT_FORGETS_FIRST
	forget();
#endif
	atomic {
		if
		:: fed -> watchdog_stop(); fed = 0
		:: else
		fi;
#ifndef MUTANT_UNFED
		if
		:: IN_INITRAMFS -> guard_boot_end()
		:: else
		fi;
#endif
		err = 0
	};
#ifndef MUTANT_FORGETS_FIRST
	forget();
#endif
}


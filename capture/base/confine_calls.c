// SPDX-License-Identifier: GPL-2.0-or-later
/* The system calls of a child that only computes: a seccomp filter, which is a program for the
 * kernel's old packet filter. Documentation/userspace-api/seccomp_filter.rst. */
#include "base/confine.h"
#include "base/macros.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* Numbers mean other calls to another machine's programs; what is not here has no filter. */
#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define ARCH AUDIT_ARCH_PPC64LE
#elif defined(__powerpc64__)
#define ARCH AUDIT_ARCH_PPC64
#endif

#ifdef ARCH

/* x86-64's x32 calls are a range of numbers of their own, so not among these. */
#define ALLOW(call)                                                                                \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1),                                         \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static const struct sock_filter program[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	ALLOW(__NR_read),
	ALLOW(__NR_pread64),
	ALLOW(__NR_lseek),
	ALLOW(__NR_write),
	ALLOW(__NR_close),
	ALLOW(__NR_fstat),
	ALLOW(__NR_newfstatat),
	/* memory */
	ALLOW(__NR_brk),
	ALLOW(__NR_mmap),
	ALLOW(__NR_munmap),
	ALLOW(__NR_mremap),
	ALLOW(__NR_mprotect), /* musl's allocator */
	ALLOW(__NR_madvise),
	ALLOW(__NR_futex),
	ALLOW(__NR_getrandom),
	/* its own end; the number for raise(3) */
	ALLOW(__NR_exit),
	ALLOW(__NR_exit_group),
	ALLOW(__NR_rt_sigreturn),
	ALLOW(__NR_rt_sigprocmask),
	ALLOW(__NR_getpid),
	ALLOW(__NR_gettid),
	ALLOW(__NR_clock_gettime),
	ALLOW(__NR_sigaltstack), /* a sanitizer's, at the end */
	/* To fail is better than to die: the C library may ask for what it can do without. */
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
};

#define DENY(call)                                                                                 \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1),                                         \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

/* For a program that we know less well: what no reader of a core has a use for. */
static const struct sock_filter denied[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
#if defined(__x86_64__)
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
#endif
	/* other machines, and local services */
	DENY(__NR_socket),
	DENY(__NR_socketpair),
#ifdef __NR_socketcall
	DENY(__NR_socketcall),
#endif
#ifdef __NR_io_uring_setup
	DENY(__NR_io_uring_setup),
#endif
	/* other processes */
	DENY(__NR_ptrace),
	DENY(__NR_process_vm_readv),
	DENY(__NR_process_vm_writev),
	/* other names for files, and other worlds */
	DENY(__NR_open_by_handle_at),
	DENY(__NR_mount),
	DENY(__NR_umount2),
	DENY(__NR_pivot_root),
	DENY(__NR_chroot),
	DENY(__NR_setns),
	DENY(__NR_unshare),
	/* the kernel */
	DENY(__NR_bpf),
	DENY(__NR_perf_event_open),
	DENY(__NR_add_key),
	DENY(__NR_request_key),
	DENY(__NR_keyctl),
	DENY(__NR_init_module),
	DENY(__NR_finit_module),
	DENY(__NR_delete_module),
	DENY(__NR_kexec_load),
	DENY(__NR_reboot),
	DENY(__NR_userfaultfd),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

static unsigned int install(const struct sock_filter *filter, size_t n)
{
	struct sock_fprog fprog = {
		.len = (unsigned short)n,
		.filter = (struct sock_filter *)filter,
	};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &fprog, 0, 0) == 0 ? 0
									     : CONFINE_NO_FILTER;
}

unsigned int confine_calls(void)
{
	return install(program, ARRAY_SIZE(program));
}

unsigned int confine_program_calls(void)
{
	return install(denied, ARRAY_SIZE(denied));
}

#else

unsigned int confine_program_calls(void)
{
	return CONFINE_NO_FILTER;
}

unsigned int confine_calls(void)
{
	return CONFINE_NO_FILTER;
}

#endif

# SPDX-License-Identifier: GPL-2.0-or-later
# What the recipes share: the cache, and the guarantee that what is in it is complete.
# shellcheck shell=sh disable=SC2034 # the variables are for the recipes

lab=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cache=${FADUMP_NG_CACHE:-$HOME/.cache/fadump-ng}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
export LC_ALL=C.UTF-8
umask 022

die() {
	echo "lab: $*" >&2
	exit 1
}

# recipe FILE...: the files without comments and empty lines, so that rewording a comment rebuilds nothing.
recipe() {
	sed -e '/^[[:space:]]*#/d' -e '/^[[:space:]]*$/d' "$@"
}

# Progress of a build: the unit, a regular expression for the lines of the log to count, and the total: a number, or a sed script
# that extracts numbers from the log, which are added up.
progress_unit=packages
progress_line='^Setting up '
progress_total='s/.* \([0-9][0-9]*\) newly installed.*/\1/p'

# report_progress NAME LOG: print the progress every 20 s (60 s without a terminal) until the calling shell exits.
report_progress() {
	start=$(date +%s)
	every=20
	[ -t 2 ] || every=60
	waited=0
	# One second at a time: a longer sleep would outlive the build and hold its standard error.
	while sleep 1 && kill -0 $$ 2>/dev/null; do
		waited=$((waited + 1))
		[ $((waited % every)) = 0 ] || continue
		done=$(grep -cE "$progress_line" "$2") || continue
		case $progress_total in
		*[!0-9]*) total=$(sed -n "$progress_total" "$2" | awk '{ sum += $1 } END { print sum + 0 }') ;;
		*) total=$progress_total ;;
		esac
		if [ "$total" -gt "$done" ]; then
			left=$((($(date +%s) - start) * (total - done) / done))
			echo "lab: $1: $done of $total $progress_unit, about $left s left" >&2
		fi
	done
}

# artefact NAME FUNCTION: print the directory of the artefact NAME whose recipe is read from standard input.
# Where it does not exist, FUNCTION is called with an empty directory to fill, which is given
# its final name only when FUNCTION succeeded: an interrupted build is never taken for a finished one.
artefact() {
	key=$(sha256sum | cut -c1-12)
	dir=$cache/$1-$key
	if [ ! -d "$dir" ]; then
		mkdir -p "$cache/log"
		log=$cache/log/$1-$key.log
		(
			exec 9>"$cache/.$1.lock"
			flock 9
			[ ! -d "$dir" ] || exit 0
			echo "lab: building $1 (log: $log)" >&2
			began=$(date +%s)
			# Left by an interrupted build; nothing is ever mounted here outside a private namespace.
			rm -rf --one-file-system "$dir.part"
			mkdir "$dir.part"
			report_progress "$1" "$log" >/dev/null 9>&- &
			reporter=$!
			# A child shell, because set -e has no force inside a condition.
			status=0
			"$0" --build "$2" "$dir.part" >"$log" 2>&1 9>&- || status=$?
			kill "$reporter" 2>/dev/null || true
			if [ "$status" != 0 ]; then
				tail -n 20 "$log" >&2
				die "building $1 failed (log: $log)"
			fi
			mv -T "$dir.part" "$dir"
			echo "lab: built $1 in $(($(date +%s) - began)) s" >&2
		) || exit 1
	fi
	touch "$dir"
	printf '%s\n' "$dir"
}

# forget_old NAME: remove all but the three newest artefacts NAME. For those that depend on the product and so change with
# every commit.
forget_old() {
	# shellcheck disable=SC2012 # names of our own making
	ls -1dt "$cache/$1"-???????????? 2>/dev/null | tail -n +4 | while read -r old; do
		rm -rf --one-file-system "$old"
	done
}

# mirror: the Debian mirror that this host's apt uses; FADUMP_NG_MIRROR names another.
mirror() {
	[ -z "${FADUMP_NG_MIRROR:-}" ] || {
		echo "$FADUMP_NG_MIRROR"
		return
	}
	# shellcheck disable=SC2016 # apt expands them
	apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
		awk '$1 == "Debian" && $2 !~ /-/ { print $3; exit }' | grep . ||
		die "apt knows no Debian mirror: run apt-get update, or set FADUMP_NG_MIRROR"
}

# debian DIRECTORY OPTION...: fill DIRECTORY with Debian trixie, without documentation. Where the mirror's trixie is in the
# middle of an update, its alias stable may still be whole: same archive, same signature. Further lines for sources.list are
# taken from $extra_sources, where MIRROR stands for the mirror, apt's pins from $pins.
extra_sources=
pins=
debian() {
	root=$1
	shift
	from=$(mirror)
	printf '%s\n' "$pins" >"$root.pins"
	# Try the suite that worked last time first.
	for suite in $(cat "$cache/suite" 2>/dev/null) trixie stable; do
		rm -rf --one-file-system "${root:?}"/*
		# In a namespace of its own: mmdebstrap mounts proc and sys in the root, and may be interrupted.
		if unshare --mount --propagation private mmdebstrap --variant=apt --keyring="$keyring" \
			--aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
			--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
			--dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
			--dpkgopt=force-unsafe-io \
			--setup-hook="install -D -m 644 '$root.pins' \"\$1/etc/apt/preferences.d/lab\"" \
			"$@" "$suite" "$root" - <<-END
				deb $from $suite main
				$(printf '%s\n' "$extra_sources" | sed "s|MIRROR|$from|")
			END
		then
			if ! grep -q '^VERSION_CODENAME=trixie$' "$root/etc/os-release"; then
				echo "lab: $suite is not trixie any more" >&2
				rm -f "$cache/suite"
				continue
			fi
			rm -f "$root.pins"
			echo "$suite" >"$cache/suite"
			return 0
		fi
	done
	return 1
}

# Every recipe ends with: dispatch "$@". A call with --build comes from artefact() above.
dispatch() {
	if [ "${1:-}" = --build ]; then
		"$2" "$3"
	else
		main "$@"
	fi
}

#!/bin/sh
# install-needs.sh build|test|readers|cluster|fuzz|bench...: makes sure that what these jobs need is installed.
# Debian and Ubuntu: installs with apt when run as root or where sudo works.  Elsewhere, or when it
# may not: prints the one line to run and stops.
set -eu

debian="" brew=""
for job in "$@"; do
	case $job in
	build)
		debian="$debian gcc make cmake pkg-config libc6-dev libicu-dev zlib1g-dev libdeflate-dev libisal-dev libxxhash-dev libjansson-dev"
		brew="$brew cmake pkg-config icu4c libdeflate isa-l xxhash jansson" ;;
	test)
		debian="$debian g++ libcmocka-dev bats unicode-data mandoc python3 xxhash icu-devtools pigz tabix gzip perl parallel jq"
		brew="$brew cmocka bats-core mandoc pigz htslib parallel jq" ;;
	readers)
		debian="$debian isal libdeflate-tools p7zip-full libarchive-tools zstd busybox ruby nodejs"
		debian="$debian default-jdk-headless libhtsjdk-java perl python3 pigz tabix gzip" ;;
	cluster) debian="$debian slurm-wlm slurm-client munge iproute2 openssh-server openssh-client parallel procps snakemake" ;;
	fuzz)
		debian="$debian clang libclang-rt-dev"
		brew="$brew llvm" ;;
	bench) debian="$debian icu-devtools pigz tabix isal libicu-dev jq liblingua-sentence-perl" ;;
	*) echo "install-needs.sh: unknown job '$job' (build, test, readers, cluster, fuzz or bench)" >&2; exit 64 ;;
	esac
done

case $(uname -s) in
Darwin)
	command -v brew >/dev/null || { echo "Install Homebrew first, then: brew install$brew" >&2; exit 1; }
	# shellcheck disable=SC2086  # names without spaces
	brew list $brew >/dev/null 2>&1 || { echo "Please run: brew install$brew" >&2; exit 1; }
	exit 0 ;;
esac
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "Not a Debian or Ubuntu machine: please see that these are there, under your system's names:" >&2
	echo " $debian" >&2
	exit 0
fi

missing=""
for package in $debian; do
	status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
	as_root=""
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
	as_root=sudo
else
	echo "These packages are needed. Please run, as root:" >&2
	echo "  apt-get update && apt-get install -y$missing" >&2
	exit 1
fi
echo "Installing:$missing" >&2
$as_root apt-get update -qq >&2
# shellcheck disable=SC2086  # names without spaces; as_root may be empty
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >&2

# Completion of fadump-ng for bash.
_fadump_ng()
{
	local cur=${COMP_WORDS[COMP_CWORD]} verb='' words='' i

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--root | --config)
			[[ ${COMP_WORDS[i + 1]} == '=' ]] && ((i++))
			((i++))
			;;
		-*) ;;
		*)
			verb=${COMP_WORDS[i]}
			break
			;;
		esac
	done
	# What takes a file or a directory is left to readline.
	case ${COMP_WORDS[COMP_CWORD - 1]} in
	--root | --config | --core | --target | --fingerprint) return ;;
	esac
	case $verb in
	'') words='--root --config -v --verbose -q --quiet --help --version status check capture release register unregister verify list show prune unflatten propagate config help version ' ;;
	status) words='--json ' ;;
	check) words='--core --json ' ;;
	capture) words='--core --target --no-release --late --json ' ;;
	release) words='--force ' ;;
	verify) words='--full --json ' ;;
	list) words='--json ' ;;
	show) words='--json ' ;;
	prune) words='--dry-run ' ;;
	unflatten) words='--raw ' ;;
	propagate) words='--fingerprint ' ;;
	config) words='--for-image --needs --boot check show import devices network remote mark ' ;;
	help) words='status check capture release register unregister verify list show prune unflatten propagate config help version ' ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o default -F _fadump_ng fadump-ng

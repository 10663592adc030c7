# bash completion for duolog: verbs and options, read from duolog's own help so that they are always those it has.

# Ids, as they are listed with --json; none where no daemon runs. Nothing counts as read by it.
_duolog_ids() {
    DUOLOG_NO_AUTOSTART=1 duolog "$@" 2>/dev/null | sed -nE 's/^\{"id":"([^"]*)".*/\1/p'
}

_duolog() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} verb='' i
    COMPREPLY=()
    case $previous in
        --home) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        --attach | -o | --output) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        backup | restore | --qr | --passphrase-file | --new-passphrase-file | --words-file) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        --color) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$word"); return ;;
        --week) mapfile -t COMPREPLY < <(compgen -W 'monday tuesday wednesday thursday friday saturday sunday' -- "$word"); return ;;
        --as) mapfile -t COMPREPLY < <(compgen -W 'answer agree boundary compromise accept suggest decline forgive later thank reply kept owned done cancelled' -- "$word"); return ;;
        --dates) mapfile -t COMPREPLY < <(compgen -W 'day-first month-first' -- "$word"); return ;;
        --kind) mapfile -t COMPREPLY < <(compgen -W 'entry letter answer remark unreadable newer' -- "$word"); return ;;
        --by) mapfile -t COMPREPLY < <(compgen -W 'month year' -- "$word"); return ;;
        --before) mapfile -t COMPREPLY < <(compgen -W "$(_duolog_ids list -n 20 --json | cut -c1-8)" -- "$word"); return ;;
        --relationship) mapfile -t COMPREPLY < <(compgen -W 'partner friend family' -- "$word"); return ;;
    esac
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            --home | -j | --journal | --passphrase-file | --color) i=$((i + 1)) ;;
            -*) ;;
            *) verb=${COMP_WORDS[i]}; break ;;
        esac
    done
    local help words
    if [[ $word == -* ]]; then
        help=$(duolog --help 2>/dev/null; [[ -n $verb ]] && duolog "$verb" --help 2>/dev/null)
        words=$(grep -oE -- '(^|[ ,])--[a-z][a-z-]+' <<<"$help" | tr -d ' ,')
    elif [[ -z $verb ]]; then
        words=$(duolog --help 2>/dev/null | sed -nE 's/^ {1,4}([a-z][a-z-]*)( .*|$)/\1/p')
    elif [[ $verb == daemon ]]; then
        words='start stop status'
    elif [[ $verb == mailbox && $previous == mailbox ]]; then
        words='list add remove'
    elif [[ $verb == device && $previous == device ]]; then
        words='list add join remove'
    elif [[ $verb == bundle && $previous == bundle ]]; then
        words='export import'
    elif [[ $verb == bundle ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
    elif [[ $verb == device && $previous == remove ]]; then
        words=$(_duolog_ids device list --json | cut -c1-8)
    elif [[ $verb == config ]]; then
        words='write-to calendar depth unanswered'
    elif [[ $verb == attachment && $previous == attachment ]]; then
        words='list save open'
    elif [[ $verb == attachment && $previous =~ ^(list|save|open)$ ]]; then
        words="last $(_duolog_ids attachment list --json | cut -c1-8 | sort -u)"
    elif [[ $verb == import || $verb == export ]]; then
        words='day-one jrnl markdown text duolog'
        [[ $verb == export ]] && words='json markdown keepsake'
        [[ $previous != "$verb" ]] && mapfile -t COMPREPLY < <(compgen -f -- "$word") && return
    elif [[ $verb == practices ]]; then
        words='list show new import'
        [[ $previous == import ]] && mapfile -t COMPREPLY < <(compgen -f -- "$word") && return
    elif [[ $verb == do || $verb == answers || $verb == trends ]]; then
        words=$(_duolog_ids practices --json)
    elif [[ $verb == react && $previous != react ]]; then
        words='heart thanks hug smile laugh tear yes star flower leaf'
    elif [[ $verb == "$previous" && $verb =~ ^(show|reply|react|share|edit|history)$ ]] || [[ $verb == delete && $word != -* ]]; then
        words="last $(_duolog_ids list -n 20 --json | cut -c1-8)"
    elif [[ $verb == search && $word != *:* ]]; then
        words='tag: from: kind: mood: since: until: in: AND OR NOT'
    elif [[ $verb == on-this-day ]]; then
        words='today yesterday tomorrow'
    elif [[ $verb == help ]]; then
        words=$(duolog --help 2>/dev/null | sed -nE 's/^ {1,4}([a-z][a-z-]*)( .*|$)/\1/p')
    elif [[ $verb == guide ]]; then
        words=$(duolog guide 2>/dev/null | sed -nE 's/^  ([a-z]+) .*/\1/p')
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _duolog duolog

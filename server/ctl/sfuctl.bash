# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of sfuctl for bash. Rooms and participants are asked for from the
# server that the line names, when it answers at once.

# Words of sfuctl's first column, with the line's own options of the connection.
_sfuctl_names () {
  local -a options=()
  local i word

  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case $word in
      --url | --token-file | --ca-file)
        options+=("$word" "${COMP_WORDS[i + 1]}")
        ;;
      --insecure)
        options+=("$word")
        ;;
    esac
  done
  timeout 2 "${COMP_WORDS[0]}" "${options[@]}" "$@" 2>/dev/null |
    awk 'NR > 1 { print $1 }'
}

_sfuctl () {
  local current=${COMP_WORDS[COMP_CWORD]}
  local previous=${COMP_WORDS[COMP_CWORD - 1]}
  local globals='--url --token-file --json --ca-file --insecure --version --help'
  local commands='rooms peers stats kick mute unmute lock unlock close drain
    log-level graph'
  local command='' room='' places=0 i word words=''

  COMPREPLY=()
  case $previous in
    --token-file | --ca-file | --output | -o)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    --url | --interval | --deadline)
      return
      ;;
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case $word in
      --url | --token-file | --ca-file | --output | -o | --interval | \
        --deadline)
        ((i++))
        ;;
      -*) ;;
      *)
        if [[ -z $command ]]; then
          command=$word
        else
          ((places++))
          [[ $places = 1 ]] && room=$word
        fi
        ;;
    esac
  done
  case $command in
    '') words="$commands $globals" ;;
    peers) words='--streams' ;;
    stats) words='--once --interval' ;;
    mute | unmute) words='--audio --video' ;;
    drain) words='--exit --deadline --wait --off' ;;
    graph) words='--output --dot' ;;
    log-level)
      [[ $current = -* ]] || words='error warning message info debug'
      ;;
  esac
  if [[ -n $command && $current = -* ]]; then
    words="$words $globals"
  elif [[ -n $command && $current != -* ]]; then
    case $command:$places in
      peers:0 | kick:0 | mute:0 | unmute:0 | lock:0 | unlock:0 | close:0 | \
        graph:0)
        words=$(_sfuctl_names rooms)
        ;;
      kick:1 | mute:1 | unmute:1)
        words=$(_sfuctl_names peers "$room")
        ;;
      log-level:0) ;;
      *) words='' ;;
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _sfuctl sfuctl

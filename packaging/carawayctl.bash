# SPDX-License-Identifier: Apache-2.0
# Completion for carawayctl in bash: the program itself says what there is.
_carawayctl()
{
  local current=${COMP_WORDS[COMP_CWORD]} words=() word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] || words+=("$word")
  done
  local noun=${words[0]-} verb=${words[1]-} choices
  choices=$(carawayctl --list-commands 2>/dev/null | awk -v noun="$noun" -v verb="$verb" '
    noun == "" { print $1; next }
    $1 != noun { next }
    $2 == "-" || $2 == verb { for (i = 3; i <= NF; i++) print $i; next }
    verb == "" { print $2 }')
  mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current")
}
complete -F _carawayctl carawayctl

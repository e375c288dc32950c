/** Each asks the program itself, so that it knows new commands, and the endpoints that there are. */
export const scripts = {
  bash: `_understudy() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(understudy __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _understudy understudy`,

  zsh: `#compdef understudy
_understudy() {
  local -a candidates
  candidates=("\${(@f)$(understudy __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$candidates" ]]; then compadd -a candidates; else _files; fi
}
compdef _understudy understudy`,

  fish: `complete -c understudy -f -a '(understudy __complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
complete -c understudy -s f -l filename -l file -rF`,
} as const;
export type Shell = keyof typeof scripts;

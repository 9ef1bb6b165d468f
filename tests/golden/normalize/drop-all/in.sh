printf '\377\376'

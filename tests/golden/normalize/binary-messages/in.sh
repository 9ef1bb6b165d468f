# A catalogue of messages of gettext with one message, that begins as its manual says (section "The
# Format of GNU MO Files"): mostly UTF-8, and no text.
printf '\336\22\4\225\0\0\0\0\1\0\0\0\034\0\0\0\044\0\0\0\0\0\0\0\054\0\0\0'
printf '\4\0\0\0\054\0\0\0\153\0\0\0\061\0\0\0text\0'
printf 'Все люди рождаются свободными и равными в своём достоинстве\0'

# Text that is not compressed.
echo 'plain text'

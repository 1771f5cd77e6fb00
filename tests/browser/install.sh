# Finds a Chromium for the browser tests, installs one where that can be done, or says what to do.
for name in chromium chromium-browser google-chrome google-chrome-stable; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing chromium for the browser tests"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null && exit 0
fi
echo "The browser tests need Chromium. Install it, then run make test again:"
echo "  Debian, Ubuntu: sudo apt-get install chromium"
echo "  Fedora:         sudo dnf install chromium"
echo "  macOS:          brew install --cask chromium"
echo "  elsewhere:      any Chromium or Chrome that is called chromium, chromium-browser or google-chrome"
exit 1

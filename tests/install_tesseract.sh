# Installs tesseract for the tests of scans where that can be done; elsewhere they are skipped.
command -v tesseract >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing tesseract for the tests of scans"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq tesseract-ocr >/dev/null && exit 0
fi
echo "tesseract is not installed: the tests that recognise scans are skipped"

"""A table of the reports, as Markdown."""
import sys
import xml.etree.ElementTree as xml

print("| report | tests | failures |\n|---|---|---|")
for path in sys.argv[1:]:
    suite = xml.parse(path).getroot().find("testsuite")
    print(f"| {path} | {suite.get('tests')} | {suite.get('failures')} |")

"""As much of curl as the tutorial asks for, where there is none: `curl [-s] [-N] [-H HEADER]... -d BODY URL`."""

import argparse
import sys
import urllib.request


def main() -> None:
    """Post the body, and print what comes as it comes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("-s", action="store_true")
    parser.add_argument("-N", action="store_true")
    parser.add_argument("-H", action="append", default=[], dest="headers")
    parser.add_argument("-d", dest="body")
    given = parser.parse_args()
    headers = dict(header.split(": ", 1) for header in given.headers)
    request = urllib.request.Request(given.url, given.body.encode(), headers)  # noqa: S310  # our own server
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        while chunk := answer.read1():
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()

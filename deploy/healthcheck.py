"""The health check of the containers: exit status 0 if the address given answers 200, else 1; prints what it answers.

Standard library only, and no setting read: it runs every few seconds in each replica.
"""

import http.client
import sys
from urllib.parse import urlsplit

TIMEOUT_S = 4

address = urlsplit(sys.argv[1])
connection = http.client.HTTPConnection(address.netloc, timeout=TIMEOUT_S)
try:
    connection.request("GET", address.path)
    answer = connection.getresponse()
    print(answer.status, answer.read(2000).decode(errors="replace"))
except (OSError, http.client.HTTPException) as error:
    sys.exit(f"{address.netloc} does not answer: {error}")
sys.exit(answer.status != http.client.OK)

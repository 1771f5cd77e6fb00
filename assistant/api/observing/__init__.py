"""What an operator sees of a server: its log, metrics and traces.

request     what is known about the request that is being answered
middleware  observes each request
logs        the log as text or JSON, with the id of the request
metrics     the numbers at /metrics
traces      OpenTelemetry spans, where its packages are installed and it is set up
probes      /livez, /readyz and /metrics
"""

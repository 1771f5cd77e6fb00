"""Limits of a server: how much each request may take, so that all are answered.

connections  how many there may be, so that files remain for answers
protocol     a head that is slow, too large or malformed is refused; a stalled client is cut off
heads        what no header or address may contain
proxies      the client that a trusted proxy names
addresses    what addresses of clients are: local, or of one network
rates        how many requests one client may send
requests     each request gets a Deadline, and its body has to arrive in time
workers      as many answers at a time as there are cores, and a bounded queue before them
stopping     when a server stops, what it has accepted is answered
"""

"""What a server bears: how much of it each request may take, so that all get an answer.

deadline  each request gets a Deadline, and its body has to arrive in time
stopping  when a server stops, what it has accepted is answered
workers   as many answers at a time as there are cores, and a bounded queue before them
"""

"""Questions that an index answers with confidence: samples for the first page, and suggestions to
ask next.

While an index is built:

forms            a sentence becomes the question that it answers
figure_questions a figure becomes the question for it
candidates       the questions that a passage may answer
trying           each is asked, and kept if it is answered from where it was made

When a question is asked:

choosing         up to three of those kept, near what the answer cites
"""

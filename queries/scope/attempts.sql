-- The attempts of the borrowing requests in scope: each request once more per lender that it was put to, with the
-- dimensions of its request.
select scope.*, attempt.position, attempt.lender, attempt.asked_at, attempt.answered_at, attempt.answer, attempt.was_conditional
from scope join attempt using (request_id)

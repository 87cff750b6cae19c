SELECT a.id, a.name,  count(*) as n
from orders a
JOIN customers b on a.customer_id = b.id
where a.country = 'NZ' group by 1,2
ORDER BY n DESC

SELECT
    id,
    name
FROM customers
WHERE name = 'Zoë'
ORDER BY id

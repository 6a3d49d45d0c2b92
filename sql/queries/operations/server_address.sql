-- name: keep_server_address(address)!
update uptime set address = :address where address is distinct from :address;

-- name: server_address()$
select address from uptime;

module resetproof

go 1.26

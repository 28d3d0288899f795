module example.com/sprintf

go 1.19

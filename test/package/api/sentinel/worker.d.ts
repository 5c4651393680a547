// Exports: 

